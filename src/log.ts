import { type Logger, pino } from 'pino'

/** Keys whose values never reach a log, at any depth that we log. */
const redacted = ['authorization', 'cookie', 'password', 'token', 'secret', 'botToken', 'webhookSecret', 'text', 'body'].flatMap((key) => [
  key,
  `*.${key}`,
  `*.*.${key}`,
])

/**
 * The process's log: one JSON line per step, never a message's text, never a name. `secrets` are taken out of whatever
 * an error or a library may say.
 */
export function makeLog(level: string, secrets: readonly string[] = []): Logger {
  const known = secrets.filter((secret) => secret.length >= 6)
  const clean = (text: string): string => known.reduce((said, secret) => said.replaceAll(secret, '[secret]'), text)
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted, censor: '[redacted]' },
    serializers: { error: (error: unknown) => explain(error, clean), err: (error: unknown) => explain(error, clean) },
    ...(known.length > 0 ? { hooks: { streamWrite: clean } } : {}),
  })
}

/** The log of the way of a message: at level `debug` it also tells each step of each message. */
export const stepping = (log: Logger) => ({
  info: log.info.bind(log) as Logger['info'],
  warn: log.warn.bind(log) as Logger['warn'],
  error: log.error.bind(log) as Logger['error'],
  ...(log.isLevelEnabled('debug') ? { step: log.debug.bind(log) as Logger['debug'] } : {}),
})

function explain(error: unknown, clean: (text: string) => string): object {
  if (!(error instanceof Error)) return { message: clean(String(error)) }
  const { name, message, stack } = error
  const code = (error as { readonly code?: unknown }).code
  return {
    name,
    message: clean(message),
    ...(typeof code === 'string' ? { code } : {}),
    stack: clean(stack ?? '')
      .split('\n')
      .slice(1, 6)
      .join('\n'),
  }
}
