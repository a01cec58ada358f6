/**
 * Everything a command of this project needs before it can start, installed on first use: a new
 * clone needs nothing but Node 20 and npm. Only Node's own modules are used here.
 */
export { ensureBuild, ensurePack } from './setup/build.mjs';
export { command } from './setup/command.mjs';
export { ensureDependencies } from './setup/dependencies.mjs';
export { ensureN8n } from './setup/n8n.mjs';
export { ensureNode24 } from './setup/node24.mjs';
export { cacheDir, N8N_VERSION, n8nDir, root, tmpDir } from './setup/paths.mjs';
export { packageBin, run } from './setup/run.mjs';
