export function openApi(publicUrl: string) {
  return { openapi: '3.1.0', servers: [{ url: publicUrl }] };
}
