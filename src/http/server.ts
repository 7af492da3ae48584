import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { answerError } from './errors.ts'
import { openApi } from './openapi.ts'

export type ServerOptions = {
  readonly log: FastifyBaseLogger
  readonly version: string
  /** Sites besides our own whose pages may call the chat's routes. */
  readonly allowedOrigins: readonly string[]
  /** The playground's emulators, which its page reads directly. */
  readonly loopbackPages: boolean
  readonly secure: boolean
  /** Whose X-Forwarded-For is believed, as proxy-addr reads it; left out: nobody's. */
  readonly trustedProxies?: readonly string[]
}

/** Requests whose headers are not there in time, and answers nobody takes, free their connection. */
const connectionTimeoutMs = 60_000

/** Fastify with what every route has: limits, safe headers, one form of errors, schemas. The rooms are plugins that app.ts registers. */
export async function makeServer(options: ServerOptions): Promise<FastifyInstance> {
  const { log, version, allowedOrigins, loopbackPages, secure, trustedProxies = [] } = options
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 256 * 1024,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: connectionTimeoutMs,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    routerOptions: { maxParamLength: 200 },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerError)
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:', ...(loopbackPages ? ['http://127.0.0.1:*'] : [])],
        mediaSrc: ["'self'", 'blob:', ...(loopbackPages ? ['http://127.0.0.1:*'] : [])],
        connectSrc: ["'self'", secure ? 'wss:' : 'ws:', ...(loopbackPages ? ['http://127.0.0.1:*'] : [])],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'self'", ...allowedOrigins],
        formAction: ["'self'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    strictTransportSecurity: secure,
  })
  await app.register(cors, { origin: allowedOrigins.length > 0 ? [...allowedOrigins] : false, methods: ['GET', 'POST'], maxAge: 600 })
  await app.register(rateLimit, { global: false })
  await app.register(swagger, openApi(version))
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  return app
}
