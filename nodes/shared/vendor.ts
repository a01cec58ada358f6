/**
 * The only door to third-party code at run time. The build replaces the compiled form of this file with one
 * bundle of exactly these exports, so the published package has no dependencies (see gulpfile.js).
 */
export { GenerateVideosOperation, GoogleGenAI } from '@google/genai/web';
export { decodeProtectedHeader, jwtVerify } from 'jose';
