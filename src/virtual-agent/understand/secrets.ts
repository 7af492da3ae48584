export { maskSecrets, tellsSecret } from '../../core/secrets.ts'
