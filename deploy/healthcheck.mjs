// Asks the server in this container whether it lives; exits with 0 or 1. Without curl, which an image needs not have.
const port = process.env.SETTLD_HEALTH_PORT ?? "8402";
try {
  const { status } = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_500) });
  process.exitCode = status === 200 ? 0 : 1;
} catch {
  process.exitCode = 1;
}
