import { describe, expect, it } from 'vitest';
import { ApiError, createApi } from './api';

describe('the REST interface', () => {
  it('says that a request is our own, and answers the body', async () => {
    const asked: [string, RequestInit | undefined][] = [];
    const api = createApi(async (url, init) => {
      asked.push([String(url), init]);
      return Response.json({ id: 1 });
    });
    await expect(api.post('/auth/login', { username: 'ann' })).resolves.toEqual({ id: 1 });
    expect(asked[0]?.[0]).toBe('/api/v1/auth/login');
    expect(asked[0]?.[1]).toMatchObject({
      method: 'POST',
      body: '{"username":"ann"}',
      headers: { 'X-Kith': '1', 'Content-Type': 'application/json' },
    });
  });

  it('throws what a problem document says', async () => {
    const problem = { status: 422, code: 'invalid', message: 'Too short.', field: 'password', limit: 8 };
    const api = createApi(async () => Response.json(problem, { status: 422 }));
    await expect(api.get('/me')).rejects.toMatchObject({
      code: 'invalid',
      field: 'password',
      limit: 8,
      isTransient: false,
    });
  });

  it.each([
    [401, 'unauthorized', false],
    [413, 'too_large', false],
    [429, 'rate_limited', true],
    [502, 'unavailable', true],
    [500, 'internal', true],
    [418, 'invalid', false],
  ])('understands a %i of something in between as %s', async (status, code, isTransient) => {
    const api = createApi(async () => new Response('<html>', { status }));
    await expect(api.get('/me')).rejects.toMatchObject({ code, isTransient });
  });

  it('is offline when nothing answers, and late when it does not answer in time', async () => {
    const unreachable = createApi(async () => {
      throw new TypeError('Failed to fetch');
    });
    await expect(unreachable.get('/me')).rejects.toMatchObject({ code: 'offline', isTransient: true });
    const slow = createApi(async () => {
      throw new DOMException('slow', 'TimeoutError');
    });
    await expect(slow.get('/me')).rejects.toMatchObject({ code: 'timeout' });
  });

  it('answers nothing where there is nothing to say', async () => {
    const api = createApi(async () => new Response(null, { status: 204 }));
    await expect(api.delete('/auth/sessions/1')).resolves.toBeUndefined();
  });
});

it('makes an ApiError of whatever was thrown', () => {
  const error = new ApiError({ code: 'gone', message: 'gone' });
  expect(ApiError.from(error)).toBe(error);
  expect(ApiError.from('oops')).toMatchObject({ code: 'internal', message: 'oops' });
});
