/** What pages and mails are made with while the platform's look is changed. */
import { expect, test } from 'vitest'
import { createBrand } from '../../src/http/brand.ts'
import { createViews } from '../../src/http/views.ts'
import { dataUri, png } from '../brand/images.ts'

test('mails show the logo from the public address, and the colour; without either they are as before', () => {
  const settings = { logo: null as string | null, accent: null as string | null, accentDark: null }
  const { brand } = createBrand(settings, 'https://id.example.com')
  const views = createViews({
    platform: { name: 'Northwind', supportEmail: 'help@example.com' },
    brand,
    mode: 'production',
  })
  const mail = () => views.renderMail('sign-up', { link: 'https://id.example.com/l', expiresInMinutes: 30 }, 'en').html
  expect(mail()).not.toContain('<img')
  expect(mail()).toContain('background:#17202e')
  Object.assign(settings, { logo: dataUri('image/png', png(8, 8)), accent: '#8a1554' })
  const first = brand.logoUrl
  expect(first).toMatch(/^https:\/\/id\.example\.com\/assets\/logo\.[\w-]{12}\.png$/)
  expect(mail()).toContain(`<img src="${first}" alt=""`)
  expect(mail()).toContain('background:#8a1554')
  expect([brand.logo, brand.stylesheet].every((path) => path?.startsWith('/assets/'))).toBe(true)
  settings.logo = dataUri('image/png', png(60, 8))
  expect(brand.logoUrl).not.toBe(first)
  expect(mail()).toContain('alt="Northwind"')
})
