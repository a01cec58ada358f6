const { transformSync } = require('esbuild');

/** A jest transformer: TypeScript or ES modules in, CommonJS out, with a source map so that stack traces name the source line. */
module.exports = {
	process(source, fileName) {
		const { code, map } = transformSync(source, {
			loader: /\.m?ts$/.test(fileName) ? 'ts' : 'js',
			format: 'cjs',
			target: 'node20',
			platform: 'node',
			sourcefile: fileName,
			sourcemap: 'external',
			define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
		});
		return { code, map };
	},
};
