/** What `index.html` shows before there is a script, kept until there is something to take its place. */
export function Splash() {
  return (
    <div className="shell" aria-hidden="true">
      <i />
      <i />
      <b>Kith</b>
    </div>
  );
}
