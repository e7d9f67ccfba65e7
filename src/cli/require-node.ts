/**
 * Ends the process with one line where its Node.js is too old for the rest of the code. Whoever calls this imports
 * that rest afterwards, by `import()`: an older Node.js cannot even link it.
 */
export function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return;
  process.stderr.write(
    `gateway-api-controller: this runs on Node.js 24; this is ${process.versions.node}: install Node.js 24 and try again\n`,
  );
  process.exit(1);
}
