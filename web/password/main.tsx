import '@mantine/core/styles.layer.css'
import { mount } from '../shared/mount.tsx'
import { PasswordPage } from './password-page.tsx'

mount(<PasswordPage />)
