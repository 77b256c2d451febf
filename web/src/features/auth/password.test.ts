import { expect, test } from 'vitest';
import { passwordStrength } from './password';

test.each([
  ['1234567', 'short'],
  ['12345678', 'weak'],
  ['aaaaaaaaaaaaaaaa', 'weak'],
  ['harbour-42', 'fair'],
  ['correct horse battery', 'strong'],
])('%s is %s', (password, strength) => expect(passwordStrength(password)).toBe(strength));
