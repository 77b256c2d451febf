import { useEffect, useState } from 'react';
import { clearKept, keepsHere } from '@/entities/cache/thunks';
import { useAppDispatch } from '@/entities/hooks';
import { useT } from '@/lib/i18n';
import { fileSize } from '@/lib/i18n/sizes';
import { Button } from '@/ui/Button';
import { toast } from '@/ui/toasts';
import styles from './Settings.module.css';

/** What this device keeps, and how to be rid of it. */
export function Storage() {
  const t = useT();
  const dispatch = useAppDispatch();
  const [used, measure] = useUsed();
  const [isBusy, setBusy] = useState(false);
  if (!dispatch(keepsHere())) return <p>{t('auth.sharedHint')}</p>;
  const clear = async () => {
    setBusy(true);
    await dispatch(clearKept());
    await measure();
    setBusy(false);
    toast(t('settings.storageCleared'));
  };
  return (
    <>
      <p>{t('settings.storageText')}</p>
      {used !== undefined && <p>{t('settings.storageUsed', { size: fileSize(used) })}</p>}
      <div className={styles.actions}>
        <Button busy={isBusy} onClick={() => void clear()}>
          {t('settings.storageClear')}
        </Button>
      </div>
    </>
  );
}

/** Bytes that the browser counts for this page, and how to count them again. Over plain HTTP it does not tell. */
function useUsed(): [used: number | undefined, measure: () => Promise<void>] {
  const [used, setUsed] = useState<number>();
  const measure = async () => setUsed((await navigator.storage?.estimate())?.usage);
  useEffect(() => {
    void navigator.storage?.estimate().then(
      ({ usage }) => setUsed(usage),
      () => undefined,
    );
  }, []);
  return [used, measure];
}
