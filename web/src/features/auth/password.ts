import { LIMITS } from '@/protocol';

export type Strength = 'short' | 'weak' | 'fair' | 'strong';

/**
 * How hard a password is to guess, roughly: by its length and how many different characters it has. It advises and
 * refuses nothing; the server alone decides.
 */
export function passwordStrength(password: string): Strength {
  const different = new Set(password).size;
  if (password.length < LIMITS.PASSWORD_CHARS_MIN) return 'short';
  if (different < 6) return 'weak';
  if (password.length >= 14 && different >= 8) return 'strong';
  return password.length >= 10 ? 'fair' : 'weak';
}
