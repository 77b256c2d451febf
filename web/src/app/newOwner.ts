let isNew = false;

/** Whether the server's first account has just been made on this page, whose owner is then shown around once. */
export function isNewOwner(): boolean {
  return isNew;
}

export function setNewOwner(value: boolean): void {
  isNew = value;
}
