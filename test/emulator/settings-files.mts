/** How files behave. */
export interface FileSettings {
	/** `file.uri` and `video.uri` name Google's host (default, catches clients that ignore the base URL) or the emulator. */
	fileUris: 'google' | 'emulator';
	/** How many times a new file (uploaded or generated) reports PROCESSING before ACTIVE. */
	filePollsProcessing: number;
	/** `GET /files/{id}` with an id over 40 characters is a 400 although it downloads (googleapis/python-genai#1759). */
	refuseLongFileNames: boolean;
	/** Uploaded files may be downloaded; Google only lets generated ones. */
	downloadUploaded: boolean;
	/**
	 * Downloads answer 302 first: to another path of this host (`same`, or `true`), or to a host of its own on another
	 * port (`other`), which needs no API key and records what it got (`emulator.otherRequests`).
	 */
	downloadRedirect: boolean | 'same' | 'other';
	/** The type `application/jsonl` is refused, as in googleapis/python-genai#1248; `jsonl` is not. */
	refuseJsonlType: boolean;
	/**
	 * What goes wrong with resumable uploads, once each: no upload URL; no status on the last chunk, or `active` on it;
	 * 403 on the second chunk; half of the first chunk is lost, so that the second comes at a wrong offset; 503 on a chunk
	 * of which half has arrived; the file ends FAILED.
	 */
	uploadFault:
		| 'none'
		| 'no-url'
		| 'no-status'
		| 'active-on-final'
		| 'forbidden-second'
		| 'lost-half'
		| 'unavailable'
		| 'failed-file';
}

export function defaultFileSettings(): FileSettings {
	return {
		fileUris: 'google',
		filePollsProcessing: 0,
		refuseLongFileNames: true,
		downloadUploaded: false,
		downloadRedirect: false,
		refuseJsonlType: false,
		uploadFault: 'none',
	};
}
