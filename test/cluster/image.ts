import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const caBundle = '/etc/ssl/certs/ca-certificates.crt';

/** The files of an image, where everybody may read them. */
export interface Image {
  readonly folder: string;
  /** Of its configuration. */
  readonly user: string;
  readonly entrypoint: readonly string[];
  remove(): Promise<void>;
}

/** What is missing here for building and running an image; `undefined`: nothing. */
export async function missingTools(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'buildah wants root here';
  for (const tool of ['buildah', 'bwrap', 'setpriv']) {
    const isThere = await run('which', [tool]).then(
      () => true,
      () => false,
    );
    if (!isThere) return `${tool} is not installed (Debian: apt-get install buildah bubblewrap)`;
  }
  return undefined;
}

/**
 * Builds the Dockerfile with buildah. There is neither a registry nor an engine: this machine's Node.js, npm and shell
 * stand in for the two images that it begins with.
 */
export async function buildImage(): Promise<Image> {
  const work = await mkdtemp(join(tmpdir(), 'image-'));
  const buildah = new Buildah(join(work, 'store'));
  const remove = async (): Promise<void> => {
    await buildah.run('rm', '--all').catch(() => undefined);
    await rm(work, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await buildah.commit('localhost/build', writeBuildRoot, [
      '--env=PATH=/usr/bin',
      `--env=NODE_EXTRA_CA_CERTS=${caBundle}`,
    ]);
    await buildah.commit('localhost/runtime', writeRuntimeRoot, []);
    const bases = ['--build-arg=BUILD_IMAGE=localhost/build', '--build-arg=RUNTIME_IMAGE=localhost/runtime'];
    await buildah.run('bud', '--isolation=chroot', '--pull-never', ...bases, '--tag=localhost/built', root);
    const folder = join(work, 'root');
    await buildah.export('localhost/built', folder);
    const { config } = (await buildah.inspect('localhost/built')).OCIv1;
    await run('chmod', ['755', folder]);
    return { folder, user: config.User, entrypoint: config.Entrypoint, remove };
  } catch (cause) {
    await remove();
    throw cause;
  }
}

interface Inspection {
  readonly OCIv1: { readonly config: { readonly User: string; readonly Entrypoint: readonly string[] } };
}

/** buildah with a store of its own. */
class Buildah {
  readonly #store: readonly string[];

  constructor(store: string) {
    this.#store = ['--root', join(store, 'root'), '--runroot', join(store, 'run')];
  }

  async run(command: string, ...args: readonly string[]): Promise<string> {
    const all = [...this.#store, command, ...args];
    return (await run('buildah', all, { maxBuffer: 64 << 20 })).stdout.trim();
  }

  /** Makes an image of what `write` puts into an empty folder. */
  async commit(name: string, write: (folder: string) => Promise<void>, config: readonly string[]): Promise<void> {
    const container = await this.run('from', 'scratch');
    await write(await this.run('mount', container));
    await this.run('config', ...config, container);
    await this.run('umount', container);
    await this.run('commit', '--quiet', container, name);
    await this.run('rm', container);
  }

  async export(name: string, folder: string): Promise<void> {
    const container = await this.run('from', '--pull-never', name);
    await run('cp', ['-a', await this.run('mount', container), folder]);
    await this.run('rm', container);
  }

  async inspect(name: string): Promise<Inspection> {
    return JSON.parse(await this.run('inspect', '--type=image', name)) as Inspection;
  }
}

/** What a distroless image of Node.js has: the one program and its libraries. */
async function writeRuntimeRoot(folder: string): Promise<void> {
  await copyPrograms(folder, { [process.execPath]: '/nodejs/bin/node' });
  for (const name of ['tmp', 'etc', 'proc', 'dev']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'etc/passwd'), 'nonroot:x:65532:65532::/:/nodejs/bin/node\n');
}

async function writeBuildRoot(folder: string): Promise<void> {
  const [shell, env] = [await realpath('/bin/sh'), await realpath('/usr/bin/env')];
  await copyPrograms(folder, { [process.execPath]: '/usr/bin/node', [shell]: '/bin/sh', [env]: '/usr/bin/env' });
  await cp(shell, join(folder, 'usr/bin/sh'));
  await mkdir(join(folder, 'tmp'), { recursive: true });
  await mkdir(join(folder, dirname(caBundle)), { recursive: true });
  await cp(process.env.NODE_EXTRA_CA_CERTS ?? caBundle, join(folder, caBundle), { dereference: true });
  const { stdout: found } = await run('which', ['npm']);
  const npm = process.env.npm_execpath ?? (await realpath(found.trim()));
  await cp(dirname(dirname(npm)), join(folder, 'usr/lib/npm'), { recursive: true, dereference: true });
  const { stdout: registry } = await run('npm', ['config', 'get', 'registry']);
  const start = `#!/bin/sh\nnpm_config_registry=${registry.trim()} exec /usr/bin/node /usr/lib/npm/bin/npm-cli.js "$@"\n`;
  await writeFile(join(folder, 'usr/bin/npm'), start, { mode: 0o755 });
}

/** Copies programs with the libraries that they are linked to, and those that look up names. */
async function copyPrograms(folder: string, programs: Readonly<Record<string, string>>): Promise<void> {
  const libraries = new Set<string>();
  for (const [from, to] of Object.entries(programs)) {
    await mkdir(join(folder, dirname(to)), { recursive: true });
    await cp(from, join(folder, to), { dereference: true });
    const { stdout } = await run('ldd', [from]);
    for (const [path] of stdout.matchAll(/\/\S+/g)) libraries.add(path);
  }
  const library = [...libraries].find((path) => basename(path).startsWith('libc.so'));
  const folderOfC = dirname(library ?? '/lib');
  for (const name of await readdir(folderOfC)) if (name.startsWith('libnss_')) libraries.add(join(folderOfC, name));
  for (const path of libraries) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await cp(path, join(folder, path), { dereference: true });
  }
}
