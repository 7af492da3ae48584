import { Redis } from 'ioredis'

/**
 * The connection over which processes tell each other what to show, as Socket.IO's adapter wants it. The adapter waits for nothing it publishes or
 * subscribes to, so that a Redis that is away would end the process; here a word that can't be spread is lost (pages read what they missed), and a
 * subscription waits until Redis is there.
 */
export function openRedis(url: string): { readonly redis: Redis; close(): void } {
  const listeners: Redis[] = []
  const redis = quiet(new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false }))
  redis.duplicate = () => {
    const listener = quiet(new Redis(url, { maxRetriesPerRequest: null }))
    listeners.push(listener)
    return listener
  }
  return {
    redis,
    close() {
      for (const connection of [redis, ...listeners]) connection.disconnect()
    },
  }
}

function quiet(redis: Redis): Redis {
  redis.on('error', () => undefined)
  const publish = redis.publish.bind(redis)
  const subscribe = redis.subscribe.bind(redis) as (...channels: unknown[]) => Promise<unknown>
  return Object.assign(redis, {
    publish: (channel: string, message: string | Buffer) => publish(channel, message).catch(() => 0),
    subscribe: (...channels: unknown[]) => subscribe(...channels).catch(() => 0),
  })
}
