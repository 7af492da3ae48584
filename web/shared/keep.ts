/** What survives a reload; where the browser allows no storage, it lasts as long as the page. */
const memory = new Map<string, string>()

function storage(): Storage | undefined {
  try {
    return window.localStorage
  } catch {
    return undefined
  }
}

export function keep(key: string, value: unknown): void {
  const text = JSON.stringify(value)
  try {
    const store = storage()
    if (store) {
      store.setItem(key, text)
      return
    }
  } catch {
    // full or forbidden: memory is what is left
  }
  memory.set(key, text)
}

export function kept<T>(key: string): T | undefined {
  const text = memory.get(key) ?? storage()?.getItem(key)
  if (!text) return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

export function forget(key: string): void {
  memory.delete(key)
  storage()?.removeItem(key)
}

/** All keys that begin so. */
export function keptKeys(prefix: string): readonly string[] {
  const store = storage()
  return [...new Set([...memory.keys(), ...(store ? Object.keys(store) : [])])].filter((key) => key.startsWith(prefix))
}

/** One tab at a time does it, where the browser has locks (pages over https or loopback). */
export async function oneTab<T>(name: string, act: () => Promise<T>): Promise<T> {
  return navigator.locks ? await navigator.locks.request(name, act) : await act()
}
