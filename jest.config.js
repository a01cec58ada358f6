/** Tests are TypeScript modules (.mts); esbuild turns them, and the few ESM-only packages, into CommonJS for jest. */
module.exports = {
	testEnvironment: 'node',
	// Several tests wait out real pauses between attempts, and the machine may be busy. Milliseconds.
	testTimeout: 20_000,
	testMatch: ['<rootDir>/test/**/*.test.mts'],
	moduleFileExtensions: ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'node'],
	transform: {
		'\\.(ts|mts|mjs)$': '<rootDir>/test/support/esbuildTransform.js',
		'node_modules/jose/.*\\.js$': '<rootDir>/test/support/esbuildTransform.js',
	},
	transformIgnorePatterns: ['/node_modules/(?!jose/)'],
	// The code under test uses the bundle that is published, not the packages it was made from.
	moduleNameMapper: {
		'(.*)/shared/vendor$': '<rootDir>/dist/nodes/shared/vendor.js',
		'^\\./vendor$': '<rootDir>/dist/nodes/shared/vendor.js',
		'^\\.\\./vendor$': '<rootDir>/dist/nodes/shared/vendor.js',
	},
	modulePathIgnorePatterns: ['<rootDir>/.tmp/'],
};
