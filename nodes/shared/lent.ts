/**
 * The only door to code that n8n itself has and lends to nodes, without any promise: n8n's own queue mode uses this
 * client, so every self-hosted n8n has it, and n8n Cloud doesn't hand it out. The build replaces the compiled form of
 * this file with one that looks for it at first use (see gulpfile.js); until then, nothing depends on it.
 */
export { Redis } from 'ioredis';
