import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from './api/http.ts';
import { router } from './router.tsx';
import './style.css';
import { showTheme } from './ui/preferences.ts';

showTheme();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      // What the server refuses it will refuse again; what did not reach it may.
      retry: (count, thrown) => !(thrown instanceof Problem && thrown.status < 500) && count < 3,
    },
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
