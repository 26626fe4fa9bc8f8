/** The product's mark: a peak under a beacon. */
export const Logo = ({ size = 22 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 24 24" className="logo" aria-hidden="true">
    <rect width="24" height="24" rx="6.5" className="logo-ground" />
    <path
      d="M4.8 17.6 10 9.9a.9.9 0 0 1 1.5 0l2.2 3.3 1.2-1.7a.9.9 0 0 1 1.5 0l3.1 4.7a.9.9 0 0 1-.75 1.4H5.55a.9.9 0 0 1-.75-1.4Z"
      fill="#fff"
    />
    <circle cx="17.1" cy="6.9" r="1.9" fill="#fff" fillOpacity=".75" />
  </svg>
)
