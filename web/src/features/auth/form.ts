import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError } from '@/lib/api';
import { errorText } from '@/lib/i18n/errors';

export type FieldErrors = Record<string, string | undefined>;

type Options = {
  /** What is wrong before anything is sent, by the name of the field. */
  check: (data: FormData) => FieldErrors;
  submit: (data: FormData) => Promise<unknown>;
  /** Sentences that say more than the general one of a code. */
  meanings?: Partial<Record<ApiError['code'], string>>;
};

/**
 * The life of a small form: checks before it sends, keeps what was typed when it is refused, puts what is wrong beside
 * its field and the focus on the first such field.
 */
export function useForm({ check, submit, meanings }: Options) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<string>();

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [errors]);

  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const wrong = check(data);
    setErrors(wrong);
    setProblem(undefined);
    if (Object.values(wrong).some(Boolean)) return;
    setBusy(true);
    try {
      await submit(data);
    } catch (error) {
      const { field } = ApiError.from(error);
      const words = errorText(error, meanings);
      if (field && form.current?.elements.namedItem(field)) setErrors({ [field]: words });
      else setProblem(words);
    } finally {
      setBusy(false);
    }
  };
  return { form, busy, errors, problem, onSubmit };
}
