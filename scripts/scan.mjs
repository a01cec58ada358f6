/** `npm run scan`: builds and packs the package, and judges it as n8n's reviewers do. */
import { build, scan } from './checks/packageChecks.mjs';
import { runChecks } from './checks/runChecks.mjs';
import { ensureDependencies } from './setup.mjs';

process.exitCode = await runChecks({ prepare: ensureDependencies, checks: [build, scan] });
