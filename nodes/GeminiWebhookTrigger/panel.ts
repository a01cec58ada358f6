import type { INodeTypeDescription } from 'n8n-workflow';

/** What the editor shows while the trigger waits. */
export const triggerPanel: INodeTypeDescription['triggerPanel'] = {
	header: 'Receive finished Gemini jobs',
	executionsHelp: {
		inactive:
			'<b>While building</b>, click "Execute step" and let a job end. Google must be able to reach this n8n. <br/><br/><b>When it works</b>, publish the workflow: from then on every finished job starts it, and the executions appear in the <a data-key="executions">executions list</a>.',
		active:
			'<b>While building</b>, click "Execute step" and let a job end. The published workflow goes on receiving meanwhile. <br/><br/><b>The published workflow</b> starts for every finished job; its executions appear in the <a data-key="executions">executions list</a>.',
	},
	activationHint: 'Publish the workflow to receive every finished job, not only the next one.',
};
