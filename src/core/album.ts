/** Rows of one album come as separate events; it is complete after so much quiet, in milliseconds. */
export const albumQuietMs = 1_000
