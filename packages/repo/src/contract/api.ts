import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { workspacePackages } from "../workspace.ts";

/** Declarations of what is published: package -> subpath -> text of one normalised declaration file. */
export type ApiState = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Files with types behind the subpaths of a package, relative to its folder. */
export const typeEntries = (exports: unknown): [subpath: string, file: string][] =>
  Object.entries((exports ?? {}) as Readonly<Record<string, unknown>>).flatMap(([subpath, value]) => {
    const types =
      typeof value === "object" && value !== null ? (value as { readonly types?: string }).types : undefined;
    return types === undefined ? [] : [[subpath, types]];
  });

const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/** The program of one package's declaration files: relative imports only, because others are locked by themselves. */
const programOf = (files: readonly string[]): ts.Program => {
  const options: ts.CompilerOptions = {
    noLib: true,
    types: [],
    skipLibCheck: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2023,
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      if (!text.startsWith(".")) return { resolvedModule: undefined };
      const resolvedFileName = resolve(dirname(from), text.replace(/\.js$/, ".d.ts"));
      return { resolvedModule: { resolvedFileName, extension: ts.Extension.Dts, isExternalLibraryImport: false } };
    });
  return ts.createProgram([...files], options, host);
};

const isStatement = (node: ts.Node): boolean =>
  ts.isTypeAliasDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isFunctionDeclaration(node) ||
  ts.isClassDeclaration(node) ||
  ts.isEnumDeclaration(node) ||
  ts.isModuleDeclaration(node) ||
  ts.isVariableDeclaration(node);

/** Members that nobody outside can name. */
const isHidden = (node: ts.Node): boolean =>
  ts.isClassElement(node) &&
  ((node.name !== undefined && ts.isPrivateIdentifier(node.name)) ||
    (ts.canHaveModifiers(node) &&
      (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)));

/**
 * One entry point as text: every export under its public name, and behind them the declarations that they use without
 * exporting them, all without comments and in the order of their names. Two builds with the same text are the same to
 * whoever compiles against them.
 */
const describeEntry = (program: ts.Program, file: string): string => {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) return "export {};\n";

  const target = (symbol: ts.Symbol): ts.Symbol => {
    let found = symbol;
    // One step at a time, because what comes from another package ends at its import.
    while ((found.flags & ts.SymbolFlags.Alias) !== 0) {
      const next = checker.getImmediateAliasedSymbol(found);
      if (next === undefined || next.declarations === undefined || next.declarations.length === 0) break;
      found = next;
    }
    return found;
  };

  const names = new Map<ts.Symbol, string>();
  const queue: ts.Symbol[] = [];
  const exported = new Set<string>();
  const aliases: string[] = [];
  for (const symbol of checker.getExportsOfModule(module)) {
    const found = target(symbol);
    exported.add(symbol.name);
    const earlier = names.get(found);
    if (earlier === undefined) {
      names.set(found, symbol.name);
      queue.push(found);
    } else {
      aliases.push(`export { ${earlier} as ${symbol.name} };`);
    }
  }

  // Everything of another package; its own lock says what that is.
  for (const statement of source?.statements ?? []) {
    if (!ts.isExportDeclaration(statement) || statement.exportClause !== undefined) continue;
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    if (!from.startsWith(".")) aliases.push(`export * from "${from}";`);
  }

  const imports = new Set<string>();
  const importOf = (symbol: ts.Symbol): { readonly name: string; readonly from: string } | undefined => {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined) return undefined;
    const module = ts.isImportSpecifier(declaration)
      ? declaration.parent.parent.parent.moduleSpecifier
      : ts.isExportSpecifier(declaration)
        ? declaration.parent.parent.moduleSpecifier
        : undefined;
    if (module === undefined || !(ts.isImportSpecifier(declaration) || ts.isExportSpecifier(declaration))) {
      return undefined;
    }
    return { name: (declaration.propertyName ?? declaration.name).text, from: (module as ts.StringLiteral).text };
  };

  /** The name of a symbol in the text: bundlers number names that collide, and the numbers move. */
  const nameOf = (symbol: ts.Symbol): string => {
    const known = names.get(symbol);
    if (known !== undefined) return known;
    const plain = (importOf(symbol)?.name ?? symbol.name).replace(/\$\d+$/, "");
    const taken = new Set([...names.values(), ...exported]);
    let name = plain;
    for (let count = 2; taken.has(name); count += 1) name = `${plain}__${count}`;
    names.set(symbol, name);
    queue.push(symbol);
    return name;
  };

  const rewrite = (node: ts.Node): ts.Node => {
    const { factory } = ts;
    const visit = (child: ts.Node): ts.Node | undefined => {
      if (isHidden(child)) return undefined;
      if (ts.isIdentifier(child)) {
        const symbol = checker.getSymbolAtLocation(child);
        if (symbol === undefined) return factory.createIdentifier(child.text);
        const found = target(symbol);
        const declaration = found.declarations?.[0];
        const isOurs =
          declaration !== undefined &&
          (isStatement(declaration) || ts.isImportSpecifier(declaration)) &&
          isTop(declaration);
        return factory.createIdentifier(isOurs ? nameOf(found) : child.text);
      }
      return ts.visitEachChild(child, visit, undefined);
    };
    return visit(node) as ts.Node;
  };

  const statements: { readonly key: string; readonly text: string }[] = [];
  for (let symbol = queue.shift(); symbol !== undefined; symbol = queue.shift()) {
    const name = names.get(symbol) ?? symbol.name;
    const isExport = exported.has(name);
    const from = importOf(symbol);
    if (from !== undefined) {
      const renamed = from.name === name ? name : `${from.name} as ${name}`;
      if (isExport) statements.push({ key: `0${name}`, text: `export { ${renamed} } from "${from.from}";` });
      else imports.add(`import { ${renamed} } from "${from.from}";`);
      continue;
    }
    for (const declaration of symbol.declarations ?? []) {
      if (!isStatement(declaration)) continue;
      const text = printer
        .printNode(ts.EmitHint.Unspecified, rewrite(declaration), declaration.getSourceFile())
        .replace(/^(?:export |declare )+/, "");
      const prefix = isExport ? "export declare " : "declare ";
      const body = ts.isVariableDeclaration(declaration) ? `const ${text};` : text;
      statements.push({ key: `${isExport ? 0 : 1}${name}`, text: `${prefix}${body}` });
    }
  }
  // Overloads keep their order: the first that fits is taken.
  const sorted = statements.map((one, index) => ({ ...one, index }));
  sorted.sort((a, b) => (a.key === b.key ? a.index - b.index : a.key < b.key ? -1 : 1));
  return [...[...imports].sort(), ...aliases.sort(), ...sorted.map(({ text }) => text), "export {};", ""].join("\n");
};

/** Whether a declaration stands at the top of its file and is no part of another. */
const isTop = (declaration: ts.Declaration): boolean => {
  if (ts.isImportSpecifier(declaration)) return true;
  const parent = ts.isVariableDeclaration(declaration) ? declaration.parent.parent.parent : declaration.parent;
  return ts.isSourceFile(parent);
};

/** Reads the built declarations of every published package below `base`. */
export const readApi = (base: string): ApiState => {
  const state: Record<string, Readonly<Record<string, string>>> = {};
  for (const { dir, manifest } of workspacePackages(base)) {
    const entries = typeEntries((manifest as { readonly exports?: unknown }).exports);
    if (manifest.private === true || entries.length === 0) continue;
    const files = entries.map(([subpath, file]) => [subpath, join(base, dir, file)] as const);
    for (const [, file] of files) {
      if (!existsSync(file)) {
        throw new Error(
          `${relative(base, file)} is missing: the contract is read from what is built; run \`pnpm build\``,
        );
      }
    }
    const program = programOf(files.map(([, file]) => file));
    state[manifest.name] = Object.fromEntries(files.map(([subpath, file]) => [subpath, describeEntry(program, file)]));
  }
  return state;
};

/** For messages: the manifest of every package, and the file that declares each subpath, from the root. */
export const placesOf = (base: string): ReadonlyMap<string, string> =>
  new Map(
    workspacePackages(base).flatMap(({ dir, manifest }): [string, string][] => [
      [manifest.name, `${dir}/package.json`],
      ...typeEntries((manifest as { readonly exports?: unknown }).exports).map(([subpath, file]): [string, string] => [
        `${manifest.name} ${subpath}`,
        join(dir, file).replaceAll("\\", "/"),
      ]),
    ]),
  );

/** Parses the text of a declaration file that {@link readApi} wrote. */
export const parseDeclarations = (text: string): ts.SourceFile =>
  ts.createSourceFile("api.d.ts", text, ts.ScriptTarget.ES2023, true);
