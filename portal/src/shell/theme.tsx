// Light and dark, in Tandem's own colours. The system's choice counts until the user makes one.
import {
  createDarkTheme, createLightTheme, type BrandVariants, type Theme,
} from '@fluentui/react-components';
import { useEffect, useState } from 'react';

const brand: BrandVariants = {
  10: '#00191c', 20: '#03272b', 30: '#06353b', 40: '#084249', 50: '#094d55', 60: '#0a5861',
  70: '#0a616b', 80: '#0b6a75', 90: '#1f7e89', 100: '#4aa3ae', 110: '#5db0ba', 120: '#76c0c9',
  130: '#95d1d8', 140: '#b2e0e5', 150: '#cfedf0', 160: '#e9f7f8',
};

export const lightTheme: Theme = createLightTheme(brand);
export const darkTheme: Theme = {
  ...createDarkTheme(brand),
  colorBrandForeground1: brand[110],
  colorBrandForeground2: brand[120],
  colorBrandForegroundLink: brand[120],
  colorBrandForegroundLinkHover: brand[130],
};

export type ThemeChoice = 'system' | 'light' | 'dark';
const KEY = 'tandem.theme';
const darkQuery = '(prefers-color-scheme: dark)';

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

export function useTheme() {
  const [choice, setChoice] = useState<ThemeChoice>(stored);
  const [systemDark, setSystemDark] = useState(() => matchMedia(darkQuery).matches);
  useEffect(() => {
    const query = matchMedia(darkQuery);
    const changed = () => setSystemDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  const dark = choice === 'dark' || (choice === 'system' && systemDark);
  useEffect(() => {
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }, [dark]);
  const choose = (next: ThemeChoice) => {
    setChoice(next);
    try {
      if (next === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, next);
    } catch {
      // Not kept, then.
    }
  };
  return { dark, choice, choose, theme: dark ? darkTheme : lightTheme };
}
