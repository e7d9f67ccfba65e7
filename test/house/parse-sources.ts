/**
 * Reads a tree from standard input as JSON, parses its TypeScript files with the TypeScript compiler itself, and
 * writes what the rules want to know as JSON. A process of its own, because the compiler's server inherits standard
 * error and says `context canceled` there when it is closed.
 */
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isPropertyAccessExpression,
  isStringLiteral,
  type Node,
  type SourceFile,
  SyntaxKind,
  skipTrivia,
} from 'typescript/unstable/ast';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';
import type { Source } from './source-tree.ts';

/** Parses files given as pairs of path and text. */
function parse(texts: [path: string, text: string][]): Source[] {
  const config = { compilerOptions: { noLib: true, noResolve: true, types: [] }, files: texts.map(([path]) => path) };
  const files = Object.fromEntries(texts.map(([path, text]) => [`/tree/${path}`, text]));
  files['/tree/tsconfig.json'] = JSON.stringify(config);
  const api = new API({ cwd: '/tree', fs: createVirtualFileSystem(files) });
  try {
    const [project] = api.updateSnapshot({ openProjects: ['/tree/tsconfig.json'] }).getProjects();
    return texts.map(([path]) => {
      const file = project?.program.getSourceFile(`/tree/${path}`);
      if (file === undefined) throw new Error(`TypeScript does not parse ${path}`);
      return describe(path, file);
    });
  } finally {
    api.close();
  }
}

function describe(path: string, file: SourceFile): Source {
  const uses = new Set<string>();
  const stringValues = new Set<string>();
  const visit = (node: Node): void => {
    const use = useOf(node);
    if (use !== undefined) uses.add(use);
    if (isStringLiteral(node) && isValue(node)) stringValues.add(node.text);
    node.forEachChild((child) => {
      visit(child);
    });
  };
  visit(file);
  return {
    path,
    imports: file.imports.flatMap((node) => (isStringLiteral(node) ? [resolve(path, node.text)] : [])),
    runtimeStatements: file.statements.map((node) => codeOf(file, node)).filter((code) => !typeStatement.test(code)),
    uses: [...uses],
    stringValues: [...stringValues],
  };
}

const typeStatement = /^(import type|(export )?(type|interface|declare))\b/;

function codeOf(file: SourceFile, { pos, end }: Node): string {
  return file.text.slice(skipTrivia(file.text, pos), end);
}

function resolve(importer: string, specifier: string): string {
  return specifier.startsWith('.') ? join(dirname(importer), specifier) : specifier;
}

function useOf(node: Node): string | undefined {
  if (isPropertyAccessExpression(node) && isIdentifier(node.expression)) {
    return `${node.expression.text}.${node.name.text}`;
  }
  if (isNewExpression(node) && isIdentifier(node.expression)) return `new ${node.expression.text}`;
  if (isCallExpression(node) && isIdentifier(node.expression)) return `${node.expression.text}()`;
  return undefined;
}

const notValues = new Set<SyntaxKind>([SyntaxKind.LiteralType, SyntaxKind.BinaryExpression, SyntaxKind.CaseClause]);

function isValue(node: Node): boolean {
  return !notValues.has(node.parent.kind);
}

console.log(JSON.stringify(parse(JSON.parse(await text(process.stdin)))));
