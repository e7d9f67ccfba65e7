/**
 * `npm run build [-- FOLDER]`: bundles into `dist`, or into an empty folder, all that runs without `node_modules`: both
 * programs with what they load, the pages of the inspector, and the licences of the packages that are in it. A process
 * loads a few files of it, where it would load nine hundred, and is up in half the time.
 */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { withoutModels } from './src/kubernetes/without-models.ts';

const root = import.meta.dirname;
const dist = join(root, 'dist');
/** Where src/observability/inspector/page-files.ts looks for them, seen from its own place. */
const pages = ['page', 'stately/page'];

/** What src/kubernetes/kube-config.ts does for who runs without a build. */
const modelsLeftOut: Plugin = {
  name: 'without the generated models of client-node',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
      importer.includes('client-node') ? { path: 'models', namespace: 'none' } : undefined,
    );
    bundler.onLoad({ filter: /^models$/, namespace: 'none' }, () => ({ contents: withoutModels }));
  },
};

const out = resolve(process.argv[2] ?? dist);
if (out === dist) await rm(out, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/index.ts', 'src/cli/kubectl-gateway-explain.ts'],
  outdir: out,
  entryNames: '[name]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // What packages of CommonJS ask for.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  plugins: [modelsLeftOut],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
for (const page of pages) {
  await cp(join(root, 'src/observability/inspector', page), join(out, page), { recursive: true });
}
const licences = await Promise.all(packagesIn(metafile).map(licenceOf));
await writeFile(join(out, 'THIRD_PARTY_LICENSES.txt'), licences.join('\n'));

/** Folders of the packages that the output has something of. */
function packagesIn({ outputs }: Metafile): readonly string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}

async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as {
    readonly [field in 'name' | 'version' | 'license']: string;
  };
  const files = (await readdir(join(root, folder))).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(root, folder, file), 'utf8')));
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim()), ''].join('\n\n');
}
