import { type DragEvent, type ReactNode, type RefObject, useRef, useState } from 'react';
import styles from './DropZone.module.css';

type Props = {
  ref?: RefObject<HTMLDivElement | null>;
  label: string;
  accent?: string | undefined;
  onFiles: (files: File[]) => void;
  children: ReactNode;
};

/** Takes files that are dropped anywhere on it, and says so while they hover. */
export function DropZone({ ref, label, accent, onFiles, children }: Props) {
  const [isOver, setOver] = useState(false);
  /** Each child that the pointer crosses tells of leaving and entering; only the balance says whether it is outside. */
  const depth = useRef(0);
  const count = (step: number) => {
    depth.current = Math.max(0, depth.current + step);
    setOver(depth.current > 0);
  };
  return (
    <div
      ref={ref}
      data-accent={accent}
      className={styles.zone}
      onDragEnter={(event) => {
        if (carriesFiles(event)) count(1);
      }}
      onDragLeave={(event) => {
        if (carriesFiles(event)) count(-1);
      }}
      onDragOver={(event) => {
        if (carriesFiles(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        count(-depth.current);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {isOver && (
        <div className={styles.overlay} aria-hidden="true">
          {label}
        </div>
      )}
    </div>
  );
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer.types.includes('Files');
}
