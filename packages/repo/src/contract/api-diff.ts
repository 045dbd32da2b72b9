import ts from "typescript";
import { parseDeclarations } from "./api.ts";
import { memberName, modifiersOf, shapeOf, textOf } from "./api-shape.ts";
import { diffNames, type Finding, type Level } from "./difference.ts";

/**
 * Who makes values of a type: `in` is what callers hand over, `out` what they get. A named type may be both, and so is
 * everything in it.
 */
type Flow = "in" | "out" | "both";

type Context = { readonly place: string; readonly flow: Flow; readonly isCode: (name: string) => boolean };

const flip = (flow: Flow): Flow => (flow === "in" ? "out" : flow === "out" ? "in" : "both");

const finding = (level: Level, { place }: Context, rule: string): Finding => ({ level, where: place, rule });

const at = (context: Context, name: string): Context => ({ ...context, place: `${context.place}.${name}` });

/** Short enough for a line. */
const shown = (node: ts.Node | undefined): string => {
  const text = node === undefined ? "any" : textOf(node);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

/** Types of others that hand on what is in them and take nothing: their arguments flow as they do. */
const covariant = new Set(["Promise", "Readonly", "ReadonlyArray", "AsyncIterable", "Iterable", "Partial"]);

const diffUnion = (context: Context, old: readonly ts.TypeNode[], now: readonly ts.TypeNode[]): Finding[] => {
  const [before, after] = [old.map(shapeOf), now.map(shapeOf)];
  const added = now.filter((type) => !before.includes(shapeOf(type)));
  const removed = old.filter((type) => !after.includes(shapeOf(type)));
  const isCode = (type: ts.TypeNode): boolean =>
    ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) && context.isCode(type.literal.text);
  const findings: Finding[] = [];
  if (removed.length > 0) {
    const level = context.flow === "out" ? "additive" : "breaking";
    findings.push(finding(level, context, `alternatives removed: ${removed.map(shown).join(", ")}`));
  }
  if (added.length > 0) {
    // The registry of codes grows, and whoever reads codes is told so.
    const level = context.flow === "in" || added.every(isCode) ? "additive" : "breaking";
    findings.push(finding(level, context, `new alternatives: ${added.map(shown).join(", ")}`));
  }
  return findings;
};

const alternatives = (type: ts.TypeNode): readonly ts.TypeNode[] => (ts.isUnionTypeNode(type) ? type.types : [type]);

const unwrap = (type: ts.TypeNode | undefined): ts.TypeNode | undefined =>
  type !== undefined && ts.isParenthesizedTypeNode(type) ? unwrap(type.type) : type;

/** Differences between two types. Whatever no rule knows breaks. */
const diffType = (context: Context, oldType?: ts.TypeNode, nowType?: ts.TypeNode): Finding[] => {
  const [old, now] = [unwrap(oldType), unwrap(nowType)];
  if (shapeOf(old) === shapeOf(now)) return [];
  if (old === undefined || now === undefined) return [finding("breaking", context, "type changed")];
  if (ts.isTypeLiteralNode(old) && ts.isTypeLiteralNode(now)) return diffMembers(context, old.members, now.members);
  if (ts.isFunctionTypeNode(old) && ts.isFunctionTypeNode(now)) return diffSignature(context, old, now);
  if (ts.isUnionTypeNode(old) || ts.isUnionTypeNode(now))
    return diffUnion(context, alternatives(old), alternatives(now));
  if (ts.isArrayTypeNode(old) && ts.isArrayTypeNode(now)) return diffType(context, old.elementType, now.elementType);
  if (ts.isTypeOperatorNode(old) && ts.isTypeOperatorNode(now) && old.operator === now.operator) {
    return diffType(context, old.type, now.type);
  }
  if (ts.isIntersectionTypeNode(old) && ts.isIntersectionTypeNode(now) && old.types.length === now.types.length) {
    return old.types.flatMap((type, index) => diffType(context, type, now.types[index]));
  }
  if (ts.isTypeReferenceNode(old) && ts.isTypeReferenceNode(now) && textOf(old.typeName) === textOf(now.typeName)) {
    const [before, after] = [old.typeArguments ?? [], now.typeArguments ?? []];
    if (before.length === after.length && covariant.has(textOf(old.typeName))) {
      return before.flatMap((type, index) => diffType(context, type, after[index]));
    }
  }
  return [finding("breaking", context, `type changed from ${shown(old)} to ${shown(now)}`)];
};

const isOptional = (node: ts.Node): boolean =>
  (node as { readonly questionToken?: ts.Node }).questionToken !== undefined ||
  (node as { readonly dotDotDotToken?: ts.Node }).dotDotDotToken !== undefined;

const diffTypeParameters = (
  context: Context,
  old: readonly ts.TypeParameterDeclaration[] = [],
  now: readonly ts.TypeParameterDeclaration[] = [],
): Finding[] => {
  const same = old.every((one, index) => now[index] !== undefined && textOf(one) === textOf(now[index]));
  if (same && now.slice(old.length).every((one) => one.default !== undefined)) {
    return now.length === old.length ? [] : [finding("additive", context, "new type parameter with a default")];
  }
  return [finding("breaking", context, "type parameters changed")];
};

/** Two signatures of a function whose value flows as `context.flow` says. Names of parameters are words only. */
const diffSignature = (context: Context, old: ts.SignatureDeclaration, now: ts.SignatureDeclaration): Finding[] => {
  const inner = { ...context, flow: flip(context.flow) };
  const parameters = Array.from({ length: Math.max(old.parameters.length, now.parameters.length) }, (_, index) => {
    const [before, after] = [old.parameters[index], now.parameters[index]];
    const place = at(inner, `parameter ${index + 1}`);
    if (after === undefined) return [finding("breaking", place, "removed")];
    if (before === undefined) {
      const harmless = isOptional(after) && context.flow === "out";
      return [finding(harmless ? "additive" : "breaking", place, harmless ? "added, optional" : "added")];
    }
    const findings = diffType(place, before.type, after.type);
    if ((before.dotDotDotToken === undefined) !== (after.dotDotDotToken === undefined)) {
      return [...findings, finding("breaking", place, "rest parameter changed")];
    }
    if (isOptional(before) === isOptional(after)) return findings;
    const relaxed = isOptional(after) && context.flow === "out";
    return [
      ...findings,
      finding(relaxed ? "additive" : "breaking", place, isOptional(after) ? "now optional" : "now required"),
    ];
  }).flat();
  return [
    ...diffTypeParameters(context, old.typeParameters, now.typeParameters),
    ...parameters,
    ...diffType(at(context, "result"), old.type, now.type),
  ];
};

type Member = ts.TypeElement | ts.ClassElement;

const byName = (members: readonly Member[]): Record<string, readonly Member[]> => {
  const named: Record<string, Member[]> = {};
  for (const member of members) {
    const name = memberName(member);
    named[name] = [...(Object.hasOwn(named, name) ? (named[name] ?? []) : []), member];
  }
  return named;
};

/** One member may have several signatures: all old ones have to stay. */
const diffOverloads = (
  context: Context,
  old: readonly ts.SignatureDeclaration[],
  now: readonly ts.SignatureDeclaration[],
): Finding[] => {
  const [first, other] = [old[0], now[0]];
  if (old.length === 1 && now.length === 1 && first !== undefined && other !== undefined) {
    return diffSignature(context, first, other);
  }
  const shapes = now.map(shapeOf);
  if (old.some((one) => !shapes.includes(shapeOf(one)))) return [finding("breaking", context, "an overload changed")];
  if (now.length === old.length) return [];
  return [finding(context.flow === "out" ? "additive" : "breaking", context, "new overload")];
};

const diffMember = (context: Context, old: Member, now: Member): Finding[] => {
  const findings: Finding[] = [];
  if (modifiersOf(old) !== modifiersOf(now)) {
    findings.push(
      finding("breaking", context, `modifiers changed from "${modifiersOf(old)}" to "${modifiersOf(now)}"`),
    );
  }
  if (isOptional(old) !== isOptional(now)) {
    const harmless = isOptional(now) ? context.flow === "in" : context.flow === "out";
    findings.push(
      finding(harmless ? "additive" : "breaking", context, isOptional(now) ? "now optional" : "now required"),
    );
  }
  const [before, after] = [old, now] as unknown as readonly [ts.PropertySignature, ts.PropertySignature];
  return [...findings, ...diffType(context, before.type, after.type)];
};

const diffMembers = (context: Context, old: readonly Member[], now: readonly Member[]): Finding[] =>
  diffNames(byName(old), byName(now), {
    place: (name) => at(context, name).place,
    // Who writes a value needs to know a new required member; who reads one may overlook it.
    added: (_name, members) => (context.flow === "out" || members.every(isOptional) ? "additive" : "breaking"),
    changed: (name, before, after) => {
      const place = at(context, name);
      if (before.every(ts.isFunctionLike) && after.every(ts.isFunctionLike)) {
        // A class is made by its constructor, whose parameters are always handed over.
        const flow = name === "new" ? "out" : context.flow;
        return diffOverloads({ ...place, flow }, before as never, after as never);
      }
      const [first, other] = [before[0], after[0]];
      if (
        before.length > 1 ||
        after.length > 1 ||
        first === undefined ||
        other === undefined ||
        first.kind !== other.kind
      ) {
        return before.map(shapeOf).sort().join() === after.map(shapeOf).sort().join()
          ? []
          : [finding("breaking", place, "member replaced")];
      }
      return diffMember(place, first, other);
    },
  });

type Statement = ts.Statement | ts.VariableDeclaration;

/** The declarations of a text by name; an import or re-export counts as one. */
const statementsOf = (text: string): Record<string, readonly Statement[]> => {
  const named: Record<string, Statement[]> = Object.create(null) as Record<string, Statement[]>;
  const add = (name: string, node: Statement): void => {
    named[name] = [...(named[name] ?? []), node];
  };
  for (const statement of parseDeclarations(text).statements) {
    if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) add(textOf(declaration.name), declaration);
    } else if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) {
      const clause = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
      if (clause !== undefined && (ts.isNamedImports(clause) || ts.isNamedExports(clause))) {
        for (const { name } of clause.elements) add(textOf(name), statement);
      } else if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined) {
        add(`* from ${textOf(statement.moduleSpecifier)}`, statement);
      }
    } else {
      add(textOf((statement as ts.TypeAliasDeclaration).name), statement);
    }
  }
  return named;
};

const isExported = (nodes: readonly Statement[]): boolean =>
  nodes.some(
    (node) =>
      ts.isExportDeclaration(node) ||
      /^export /.test(textOf(ts.isVariableDeclaration(node) ? node.parent.parent : node)),
  );

const diffDeclaration = (context: Context, old: Statement, now: Statement): Finding[] => {
  if (ts.isTypeAliasDeclaration(old) && ts.isTypeAliasDeclaration(now)) {
    return [
      ...diffTypeParameters(context, old.typeParameters, now.typeParameters),
      ...diffType({ ...context, flow: "both" }, old.type, now.type),
    ];
  }
  if (ts.isVariableDeclaration(old) && ts.isVariableDeclaration(now)) {
    return diffType({ ...context, flow: "out" }, old.type, now.type);
  }
  const classes = ts.isClassDeclaration(old) && ts.isClassDeclaration(now);
  if (classes || (ts.isInterfaceDeclaration(old) && ts.isInterfaceDeclaration(now))) {
    const heritage = (node: ts.ClassDeclaration | ts.InterfaceDeclaration): string =>
      (node.heritageClauses ?? []).map((clause) => textOf(clause)).join(" ");
    return [
      ...diffTypeParameters(context, old.typeParameters, now.typeParameters),
      ...(heritage(old) === heritage(now) ? [] : [finding("breaking", context, "what it extends changed")]),
      ...diffMembers({ ...context, flow: classes ? "out" : "both" }, [...old.members], [...now.members]),
    ];
  }
  return textOf(old) === textOf(now) ? [] : [finding("breaking", context, "declaration changed")];
};

/**
 * Differences between the declarations of one entry point. An export that goes, changes, or asks for more breaks; a
 * new one adds. What is not exported counts where an export uses it.
 *
 * @param where - the declaration file, and the entry point when it needs one.
 * @param isCode - whether a text is a code of the registry, now.
 */
export const diffApi = (
  where: string,
  old: string,
  now: string,
  isCode: (name: string) => boolean = () => false,
): Finding[] => {
  if (old === now) return [];
  const [before, after] = [statementsOf(old), statementsOf(now)];
  // A name that is only used inside says nothing when it comes or goes; whatever uses it then changes by itself.
  const kept = Object.fromEntries(
    Object.entries(before).filter(([name, nodes]) => isExported(nodes) || after[name] !== undefined),
  );
  const fresh = Object.fromEntries(
    Object.entries(after).filter(([name, nodes]) => isExported(nodes) || kept[name] !== undefined),
  );
  return diffNames(kept, fresh, {
    place: (name) => `${where} ${name}`,
    changed: (name, one, other): Finding[] => {
      const context: Context = { place: `${where} ${name}`, flow: "out", isCode };
      if (isExported(one) !== isExported(other)) {
        const level = isExported(other) ? "additive" : "breaking";
        return [finding(level, context, isExported(other) ? "now exported" : "no longer exported")];
      }
      const [first, second] = [one[0], other[0]];
      if (one.every(ts.isFunctionDeclaration) && other.every(ts.isFunctionDeclaration)) {
        return diffOverloads(context, one, other);
      }
      if (
        one.length !== 1 ||
        other.length !== 1 ||
        first === undefined ||
        second === undefined ||
        first.kind !== second.kind
      ) {
        return one.map(textOf).join() === other.map(textOf).join()
          ? []
          : [finding("breaking", context, "declared as something else")];
      }
      return diffDeclaration(context, first, second);
    },
  });
};
