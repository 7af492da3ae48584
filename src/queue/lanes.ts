import type { ConversationId } from '../core/conversation.ts'

/** One conversation at a time, many conversations side by side. A ring for a conversation that is being worked on makes it come again afterwards. */
export type Lanes = {
  ring(conversations: readonly ConversationId[]): void
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>
  /** Takes no further rings; resolves when what was begun is done. */
  close(): Promise<void>
  readonly depth: number
}

/** `again`: to be tried once more after a pause. `slow`: still under way; each leaves its lane when its promise says so (`true`: try once more). */
export type Worked = { readonly again: readonly ConversationId[]; readonly slow: readonly (readonly [ConversationId, Promise<boolean>])[] }

export type LaneOptions = {
  /** Conversations one call of `work` gets at most. */
  readonly batch: number
  /** Calls of `work` under way at once. */
  readonly width: number
  /** Should not throw; what it does is tried again, for a lane must not end with the fault of one turn. */
  readonly work: (conversations: readonly ConversationId[]) => Promise<Worked>
  /** The pause before another try, in ms. */
  readonly pauseMs: number
}

export function makeLanes({ batch, width, work, pauseMs }: LaneOptions): Lanes {
  const due = new Set<ConversationId>()
  const running = new Set<ConversationId>()
  const again = new Set<ConversationId>()
  let under = 0
  let straggling = 0
  let closed = false
  let scheduled = false
  let idlers: (() => void)[] = []

  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      while (under < width && due.size > 0) void run()
      settle()
    })
  }

  const run = async (): Promise<void> => {
    under++
    const taken: ConversationId[] = []
    for (const conversation of due) {
      due.delete(conversation)
      running.add(conversation)
      taken.push(conversation)
      if (taken.length === batch) break
    }
    const { again: failed, slow } = await work(taken).catch((): Worked => ({ again: taken, slow: [] }))
    under--
    const still = new Set(slow.map(([conversation]) => conversation))
    for (const conversation of taken) if (!still.has(conversation)) leave(conversation)
    if (failed.length > 0) later(failed)
    for (const [conversation, end] of slow) {
      straggling++
      const left = (failedToo: boolean): void => {
        straggling--
        leave(conversation)
        if (failedToo) later([conversation])
      }
      end.then(left, () => left(true))
    }
    schedule()
  }

  const leave = (conversation: ConversationId): void => {
    running.delete(conversation)
    if (again.delete(conversation) && !closed) due.add(conversation)
    if (due.size > 0) schedule()
    else settle()
  }
  const later = (conversations: readonly ConversationId[]): void => {
    setTimeout(() => ring(conversations), pauseMs).unref()
  }

  const ring = (conversations: readonly ConversationId[]): void => {
    if (closed) return
    for (const conversation of conversations) (running.has(conversation) ? again : due).add(conversation)
    if (due.size > 0) schedule()
  }

  const settle = (): void => {
    if (under > 0 || straggling > 0 || (due.size > 0 && !closed)) return
    for (const done of idlers) done()
    idlers = []
  }
  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      idlers.push(resolve)
      schedule()
    })

  return {
    ring,
    idle,
    close() {
      closed = true
      due.clear()
      again.clear()
      return idle()
    },
    get depth() {
      return due.size + running.size
    },
  }
}
