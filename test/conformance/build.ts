import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildControlPlane, cacheFolder } from '../cluster/build.ts';
import { goBuild, type Report, requireGo } from '../cluster/go.ts';

/** The programs that a run needs beside the control plane. */
export interface Binaries {
  readonly suite: string;
  readonly echo: string;
  readonly coredns: string;
}

const upstream = 'sigs.k8s.io/gateway-api/conformance';
const moduleFolder = join(import.meta.dirname, 'suite');
const flags = ['-p', '2', '-trimpath', '-buildvcs=false', '-ldflags=-s -w'];

/**
 * Builds the control plane, the suite, and the servers of its pods. Go's own cache decides what there is to do: some
 * minutes with an empty one, seconds after.
 */
export async function build(report: Report): Promise<void> {
  await buildControlPlane(report);
  report(`building the suite, its echo server and CoreDNS with ${await requireGo(moduleFolder)}`);
  await mkdir(folder(), { recursive: true });
  const servers = [`${upstream}/echo-basic`, './coredns'];
  await goBuild(moduleFolder, ['build', ...flags, '-o', `${folder()}/`, ...servers], report);
  // Only compiled: the next step says nothing of its progress.
  await goBuild(moduleFolder, ['build', ...flags, upstream], report);
  await goBuild(moduleFolder, ['test', '-c', ...flags, '-o', binaries().suite, '.'], report);
}

/** Where `build` puts them. */
export function binaries(): Binaries {
  return {
    suite: join(folder(), 'suite.test'),
    echo: join(folder(), 'echo-basic'),
    coredns: join(folder(), 'coredns'),
  };
}

function folder(): string {
  return join(cacheFolder(), 'conformance');
}
