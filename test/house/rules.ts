import type { Source, Tree } from './source-tree.ts';

/** What a rule looks at. */
export interface House {
  readonly tree: Tree;
  readonly sources: readonly Source[];
}

/** A rule of the house (DESIGN section 2): `find` names every place that breaks it, with the reason. */
export interface Rule {
  readonly name: string;
  find(house: House): string[];
}

const pureRooms = ['src/gateway/', 'src/ipam/', 'src/objects/'];
const pureFolders = ['machines/', ...pureRooms];
/** Packages with neither I/O nor clock that the pure rooms may use. */
const purePackages = new Set(['ip-address']);
const longestFile = 300;

const isIn = (folders: readonly string[], path: string): boolean => folders.some((folder) => path.startsWith(folder));
const isProduct = ({ path }: Source): boolean => isIn(['src/', 'machines/'], path);

function importRule(name: string, isAllowed: (importer: Source, imported: string) => boolean): Rule {
  return {
    name,
    find: ({ sources }) =>
      sources.flatMap((source) =>
        source.imports
          .filter((imported) => !isAllowed(source, imported))
          .map((imported) => `${source.path} imports ${imported}`),
      ),
  };
}

const machinesArePure = importRule(
  'machines import only xstate and the pure rooms',
  ({ path }, imported) => !path.startsWith('machines/') || imported === 'xstate' || isIn(pureFolders, imported),
);

const roomsArePure = importRule(
  'gateway and ipam import only the pure rooms and packages without I/O, types included',
  ({ path }, imported) =>
    !isIn(['src/gateway/', 'src/ipam/'], path) || isIn(pureRooms, imported) || purePackages.has(imported),
);

const objectsImportNothing = importRule(
  'objects import only objects',
  ({ path }, imported) => !path.startsWith('src/objects/') || imported.startsWith('src/objects/'),
);

const nothingImportsCli = importRule(
  'nothing imports the command line',
  (importer, imported) =>
    !isProduct(importer) || !imported.startsWith('src/cli/') || importer.path.startsWith('src/cli/'),
);

const nothingImportsTests = importRule(
  'the product imports nothing of the tests',
  (importer, imported) => !isProduct(importer) || !imported.startsWith('test/'),
);

const impure =
  /^(new Date|Date\.now|Date\(\)|Math\.random|(setTimeout|setInterval|setImmediate|queueMicrotask|fetch|require)\(\)|(performance|crypto|process|console|globalThis)\..+)$/;

const noClockOrRandom: Rule = {
  name: 'the pure rooms use no clock, no random numbers, no timers, no I/O',
  find: ({ sources }) =>
    sources
      .filter(({ path }) => isIn(pureFolders, path))
      .flatMap(({ path, uses }) => uses.filter((use) => impure.test(use)).map((use) => `${path} uses ${use}`)),
};

const writeMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const onlyEffectsWrite: Rule = {
  name: 'only effects write to the API server',
  find: ({ sources }) =>
    sources
      .filter((source) => isProduct(source) && !source.path.startsWith('src/effects/'))
      .flatMap(({ path, stringValues }) =>
        [...stringValues]
          .filter((value) => writeMethods.has(value))
          .map((method) => `${path} makes a ${method} request`),
      ),
};

const single =
  /^new (ActorSystem|AddressPool|Cluster|Effects|Events|Follow|Inspector|Leadership|Lease|LedgerKeeper|Metrics|ParameterSources|Reporter|WriteQueue)$/;
/** Commands that work without the controller read a cluster of their own. */
const readers = ['src/cli/read-cluster.ts', 'src/cli/explain-watch.ts'];
const readersParts = /^new (Cluster|Follow|ParameterSources)$/;

const onlyTheRootConstructs: Rule = {
  name: 'only main.ts and the files beside it construct what there is one of',
  find: ({ sources }) =>
    sources
      .filter(({ path }) => /^src\/.*\//.test(path))
      .flatMap(({ path, uses }) =>
        uses
          .filter((use) => single.test(use) && !(readers.includes(path) && readersParts.test(use)))
          .map((use) => `${path} has ${use}()`),
      ),
};

const objectsAreTypes: Rule = {
  name: 'objects are types only',
  find: ({ sources }) =>
    sources
      .filter(({ path }) => path.startsWith('src/objects/'))
      .flatMap(({ path, runtimeStatements }) =>
        runtimeStatements.map((code) => `${path} has code that runs: ${code.split('\n', 1)[0]}`),
      ),
};

const noCycles: Rule = {
  name: 'no import cycles, types included',
  find: ({ sources }) => findCycles(new Map(sources.map(({ path, imports }) => [path, imports]))),
};

/** One line for each import that closes a cycle. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const imported of graph.get(path) ?? []) visit(imported, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return cycles;
}

const filesAreShort: Rule = {
  name: `files have at most ${longestFile} lines`,
  find: ({ tree }) =>
    [...tree]
      .filter(([path]) => /\.(ts|go)$/.test(path))
      .map(([path, text]) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
      .filter(({ lines }) => lines > longestFile)
      .map(({ path, lines }) => `${path} has ${lines} lines`),
};

const noCopiedCrds: Rule = {
  name: 'the CRDs of the Gateway API are not copied into the tree',
  find: ({ tree }) =>
    [...tree]
      .filter(([path, text]) => /\.(ya?ml|json)$/.test(path) && isGatewayApiCrd(text))
      .map(([path]) => `${path} is a CRD of the Gateway API`),
};

function isGatewayApiCrd(text: string): boolean {
  return (
    /"?kind"?: *"?CustomResourceDefinition\b/.test(text) && /"?group"?: *"?gateway\.networking\.(x-)?k8s\.io/.test(text)
  );
}

export const rules = {
  machinesArePure,
  roomsArePure,
  objectsImportNothing,
  nothingImportsCli,
  nothingImportsTests,
  noClockOrRandom,
  onlyEffectsWrite,
  onlyTheRootConstructs,
  objectsAreTypes,
  noCycles,
  filesAreShort,
  noCopiedCrds,
} satisfies Record<string, Rule>;
