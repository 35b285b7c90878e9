// Tandem's mark: two wheels, one frame.
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden focusable="false">
      <circle cx="9" cy="20" r="6.5" fill="none" stroke="currentColor" strokeWidth="3" />
      <circle cx="23" cy="20" r="6.5" fill="none" stroke="#f5a35c" strokeWidth="3" />
      <path
        d="M9 20 14 8h9M14 8l9 12"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
