import type { Log, Meter } from '../../src/pipeline/ports.ts'

export const quietLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
export const quietMeter: Meter = { count: () => undefined, started: () => undefined, finished: () => undefined, time: () => undefined }
