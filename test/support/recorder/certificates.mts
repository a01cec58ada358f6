import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { n8nFolder } from '../n8nServer.mts';

/** The part of node-forge that is used; Node.js makes keys by itself, but no certificates. */
interface Forge {
	pki: {
		createCertificate(): ForgeCertificate;
		publicKeyFromPem(pem: string): unknown;
		certificateToPem(certificate: ForgeCertificate): string;
	};
	asn1: { toDer(structure: unknown): { getBytes(): string } };
	md: { sha256: { create(): unknown } };
}

interface ForgeCertificate {
	publicKey: unknown;
	/** What is signed; there from the start of `sign()`. */
	tbsCertificate: unknown;
	serialNumber: string;
	validity: { notBefore: Date; notAfter: Date };
	setSubject(names: object[]): void;
	setIssuer(names: object[]): void;
	setExtensions(extensions: object[]): void;
	sign(key: { sign(): string }, digest: unknown): void;
}

const DAY_MS = 24 * 3_600_000;
const CA_NAME = 'Recorder of n8n-nodes-gemini-webhooks';
/** What node-forge calls a name of a host in `subjectAltName`. */
const DNS_NAME = 2;

/**
 * A certificate authority of its own, made anew for every run, that certifies any host. Who is to believe it
 * gets `caFile`.
 */
export class Authority {
	readonly #forge = loadForge();
	/** The authority's certificate as a PEM file, in a temporary folder. */
	readonly caFile: string;
	readonly #folder = mkdtempSync(join(tmpdir(), 'gemini-webhooks-recorder-'));
	readonly #ca = newKeys();
	/** All hosts have the same key. */
	readonly #host = newKeys();
	readonly #contexts = new Map<string, SecureContext>();

	constructor() {
		this.caFile = join(this.#folder, 'ca.pem');
		const extensions = [
			{ name: 'basicConstraints', cA: true, critical: true },
			{ name: 'keyUsage', keyCertSign: true, critical: true },
		];
		writeFileSync(this.caFile, this.#certify(this.#ca.publicKey, CA_NAME, extensions));
	}

	/** What a TLS server needs to pass for `host`; made when it is asked for first. */
	contextFor(host: string): SecureContext {
		let context = this.#contexts.get(host);
		if (!context) {
			const extensions = [
				{ name: 'extKeyUsage', serverAuth: true },
				{ name: 'subjectAltName', altNames: [{ type: DNS_NAME, value: host }] },
			];
			const cert = this.#certify(this.#host.publicKey, host, extensions);
			context = createSecureContext({ key: this.#host.privateKey, cert });
			this.#contexts.set(host, context);
		}
		return context;
	}

	/** Removes the temporary folder. */
	close(): void {
		rmSync(this.#folder, { recursive: true, force: true });
	}

	/** @returns a certificate in PEM, valid from yesterday till tomorrow */
	#certify(publicKey: string, name: string, extensions: object[]): string {
		const { asn1, pki, md } = this.#forge;
		const certificate = pki.createCertificate();
		certificate.publicKey = pki.publicKeyFromPem(publicKey);
		// With the leading 1 it is positive and not padded.
		certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
		certificate.validity = {
			notBefore: new Date(Date.now() - DAY_MS),
			notAfter: new Date(Date.now() + DAY_MS),
		};
		certificate.setSubject([{ shortName: 'CN', value: name }]);
		certificate.setIssuer([{ shortName: 'CN', value: CA_NAME }]);
		certificate.setExtensions(extensions);
		// Signed by Node.js: node-forge's own arithmetic takes seconds under jest.
		const key = {
			sign: () => {
				const content = Buffer.from(asn1.toDer(certificate.tbsCertificate).getBytes(), 'latin1');
				return sign('sha256', content, this.#ca.privateKey).toString('latin1');
			},
		};
		certificate.sign(key, md.sha256.create());
		return pki.certificateToPem(certificate);
	}
}

function newKeys(): { publicKey: string; privateKey: string } {
	return generateKeyPairSync('rsa', {
		modulusLength: 2048,
		publicKeyEncoding: { type: 'spki', format: 'pem' },
		privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
	});
}

/** The one that comes with the pinned n8n, without which there is nobody to record. */
function loadForge(): Forge {
	return createRequire(join(n8nFolder(), 'package.json'))('node-forge') as Forge;
}
