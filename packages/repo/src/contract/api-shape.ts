import ts from "typescript";

const printer = ts.createPrinter({ removeComments: true });
const blank = ts.createSourceFile("blank.d.ts", "", ts.ScriptTarget.ES2023);

/** Text of a node, in one line. */
export const textOf = (node: ts.Node): string =>
  printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile() ?? blank).replaceAll(/\s+/g, " ");

/** Name of a member: what a program writes behind the dot. */
export const memberName = (node: ts.TypeElement | ts.ClassElement): string => {
  if (ts.isConstructorDeclaration(node) || ts.isConstructSignatureDeclaration(node)) return "new";
  if (ts.isCallSignatureDeclaration(node)) return "call";
  if (ts.isIndexSignatureDeclaration(node))
    return `[${node.parameters.map(({ type }) => type && textOf(type)).join()}]`;
  return node.name === undefined ? "" : textOf(node.name);
};

/**
 * What a type says, as a text that is the same for types that say the same: without names of parameters, and with
 * members and alternatives in the order of their texts.
 */
export const shapeOf = (node: ts.Node | undefined): string => {
  if (node === undefined) return "any";
  if (ts.isParenthesizedTypeNode(node)) return shapeOf(node.type);
  if (ts.isUnionTypeNode(node)) return `(${node.types.map(shapeOf).sort().join("|")})`;
  if (ts.isIntersectionTypeNode(node)) return `(${node.types.map(shapeOf).sort().join("&")})`;
  if (ts.isTypeLiteralNode(node)) return `{${node.members.map(shapeOf).sort().join(";")}}`;
  if (ts.isParameter(node)) {
    const dots = node.dotDotDotToken === undefined ? "" : "...";
    const mark = node.questionToken === undefined && node.initializer === undefined ? "" : "?";
    return `${dots}_${mark}:${shapeOf(node.type)}`;
  }
  if (ts.isTypePredicateNode(node))
    return `${node.assertsModifier === undefined ? "" : "asserts "}_ is ${shapeOf(node.type)}`;
  if (ts.isFunctionLike(node)) {
    const { typeParameters = [], parameters, type } = node as ts.SignatureDeclaration;
    const name = ts.isTypeElement(node) || ts.isClassElement(node) ? memberName(node) : "";
    const optional = (node as { readonly questionToken?: ts.Node }).questionToken === undefined ? "" : "?";
    const generic = typeParameters.length === 0 ? "" : `<${typeParameters.map(textOf).join()}>`;
    return `${name}${optional}${generic}(${parameters.map(shapeOf).join()})=>${shapeOf(type)}`;
  }
  if (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) {
    return `${modifiersOf(node)}${memberName(node)}${node.questionToken === undefined ? "" : "?"}:${shapeOf(node.type)}`;
  }
  if (ts.isTypeReferenceNode(node) && node.typeArguments !== undefined) {
    return `${textOf(node.typeName)}<${node.typeArguments.map(shapeOf).join()}>`;
  }
  if (ts.isArrayTypeNode(node)) return `${shapeOf(node.elementType)}[]`;
  if (ts.isTypeOperatorNode(node)) return `${ts.tokenToString(node.operator)} ${shapeOf(node.type)}`;
  if (ts.isTupleTypeNode(node)) return `[${node.elements.map((element) => shapeOf(element)).join()}]`;
  if (ts.isNamedTupleMember(node)) return `${node.questionToken === undefined ? "" : "?"}${shapeOf(node.type)}`;
  return textOf(node);
};

/** `readonly`, `static` and the like, as text. */
export const modifiersOf = (node: ts.Node): string =>
  (ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [])
    .map((modifier) => textOf(modifier))
    .filter((text) => text !== "declare" && text !== "export" && text !== "public")
    .map((text) => `${text} `)
    .join("");
