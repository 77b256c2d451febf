import { expect as impatient } from '@playwright/test';

/**
 * How long something may take to become true. Long, because the machine may be busy with other things; where all is well it
 * costs nothing.
 */
export const PATIENCE_MS = 30_000;

/** For all that waits for a page, in the journeys and in the measurements, which do not read the journeys' configuration. */
export const expect = impatient.configure({ timeout: PATIENCE_MS });
