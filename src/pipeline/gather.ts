/**
 * Group commit without a timer: what is asked while a flush is under way goes out together in the next one.
 * `flush` gets at most `atMost` items, in the order of asking, and answers for each by its place.
 */
export function gather<Item, Answer>(
  atMost: number,
  flush: (items: readonly Item[]) => Promise<readonly Answer[]>,
): (item: Item) => Promise<Answer> {
  type Waiting = { readonly item: Item; readonly resolve: (answer: Answer) => void; readonly reject: (error: unknown) => void }
  let waiting: Waiting[] = []
  let flushing = false

  const go = async (): Promise<void> => {
    flushing = true
    while (waiting.length > 0) {
      // Lets in what has arrived meanwhile: an embedded database works on this very thread, and would else be fed one by one.
      await new Promise(setImmediate)
      const batch = waiting.slice(0, atMost)
      waiting = waiting.slice(atMost)
      try {
        const answers = await flush(batch.map((one) => one.item))
        batch.forEach((one, index) => {
          one.resolve(answers[index]!)
        })
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    flushing = false
  }

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!flushing) void go()
    })
}
