import type { UploadedFile } from '../../src/http/api-types.ts'
import { ApiError, errorFrom } from './api.ts'

export type Upload = {
  readonly path: string
  readonly file: File
  readonly token?: string
  readonly signal: AbortSignal
  /** Called with 0 to 1. */
  onProgress(share: number): void
}

/** Sends the raw bytes; XMLHttpRequest, because fetch tells nothing of an upload's progress. Throws `ApiError`. */
export function uploadFile({ path, file, token, signal, onProgress }: Upload): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `${path}?name=${encodeURIComponent(file.name)}`)
    request.setRequestHeader('content-type', file.type || 'application/octet-stream')
    if (token) request.setRequestHeader('authorization', `Bearer ${token}`)
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      if (request.status >= 300) return reject(errorFrom(request.status, request.responseText, request.getResponseHeader('retry-after')))
      try {
        resolve(JSON.parse(request.responseText) as UploadedFile)
      } catch {
        reject(new ApiError(request.status))
      }
    }
    request.onerror = () => reject(new ApiError(0))
    request.onabort = () => reject(new ApiError(0))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}
