import { createTheme, type MantineColorsTuple } from '@mantine/core'

const pine: MantineColorsTuple = [
  '#e8f6f5',
  '#d3eae9',
  '#a5d5d3',
  '#74bfbc',
  '#4eadaa',
  '#36a19d',
  '#1b7a7a',
  '#14686b',
  '#0e5759',
  '#064648',
]

/** The greys of dark mode, from text to page; the same family as in theme.css. */
const dark: MantineColorsTuple = [
  '#e9edf2',
  '#c3ccd6',
  '#9dabba',
  '#7c8b9b',
  '#3a4450',
  '#2d3540',
  '#232a33',
  '#1a1f26',
  '#141920',
  '#101317',
]

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  colors: { pine, dark },
  fontFamily:
    "-apple-system, BlinkMacSystemFont, 'Segoe UI Variable Text', 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Consolas, 'Liberation Mono', monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
})
