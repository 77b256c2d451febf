import { changeSettings, selectSettings } from '@/entities/account';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import type { SettingsChange } from '@/protocol';
import { Switch } from '@/ui/Switch';
import { toast } from '@/ui/toasts';

/** What others may see of what one does. Both work both ways. */
export function Privacy() {
  const t = useT();
  const dispatch = useAppDispatch();
  const settings = useAppSelector(selectSettings);
  const change = async (part: SettingsChange) => {
    try {
      await dispatch(changeSettings(part));
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    }
  };
  return (
    <div>
      <Switch
        label={t('settings.receipts')}
        hint={t('settings.receiptsHint')}
        checked={settings.read_receipts}
        onChange={(event) => void change({ read_receipts: event.target.checked })}
      />
      <Switch
        label={t('settings.presence')}
        hint={t('settings.presenceHint')}
        checked={settings.presence}
        onChange={(event) => void change({ presence: event.target.checked })}
      />
    </div>
  );
}
