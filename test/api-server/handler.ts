import type { ServerResponse } from 'node:http';
import { type Applier, isApply } from './apply.ts';
import { parseBody } from './body.ts';
import { decodeObject } from './decode.ts';
import { fromCoreEvent } from './event-view.ts';
import { methodNotAllowed, notFound, unknownPath, unsupportedMediaType } from './failure.ts';
import { type ApiObject, isObject, type Json, type JsonObject } from './json.ts';
import { applyPatch } from './patch.ts';
import { PROTOBUF } from './protobuf.ts';
import { getObject, type Lister, selectorOf } from './read.ts';
import { deletedStatus, type Remover } from './remove.ts';
import { renderList, renderOne, representation } from './render.ts';
import type { ApiRequest } from './request.ts';
import type { Store, Stored } from './store.ts';
import { refuseSubresource, resourceId, type Writer, type Written } from './write.ts';

export interface Answer {
  readonly code: number;
  readonly body: string;
}

export interface HandlerParts {
  readonly store: Store;
  readonly lister: Lister;
  readonly writer: Writer;
  readonly applier: Applier;
  readonly remover: Remover;
  readonly now: () => Date;
}

const BODY_TYPES = ['application/json', 'application/yaml', PROTOBUF, ''];

/** Answers every request to a resource but watches. */
export class Handler {
  readonly #parts: HandlerParts;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  handle(request: ApiRequest): Answer {
    refuseSubresource(request);
    switch (request.verb) {
      case 'get':
        return this.#one(request, getObject(this.#parts.store, request));
      case 'list':
        return this.#list(request);
      case 'create':
        return this.#create(request);
      case 'update':
        return this.#update(request);
      case 'patch':
        return this.#patch(request);
      case 'delete':
        return this.#delete(request);
      case 'deletecollection':
        return this.#deleteCollection(request);
      case 'watch':
        throw methodNotAllowed();
    }
  }

  #one(request: ApiRequest, stored: Stored, code = 200): Answer {
    return { code, body: renderOne(stored, representation(request, this.#parts.now)) };
  }

  #list(request: ApiRequest): Answer {
    const page = this.#parts.lister.list(request);
    const metadata: JsonObject = { resourceVersion: String(page.version) };
    // Lists of custom resources always name it.
    if (request.kind.custom && !request.accept.includes('as=Table')) metadata.continue = '';
    if (page.continue !== undefined) metadata.continue = page.continue;
    // Not told for filtered lists, as on the real server, which cannot know it there.
    if (page.remaining !== undefined && !selectorOf(request)) metadata.remainingItemCount = page.remaining;
    return { code: 200, body: renderList(page.items, metadata, representation(request, this.#parts.now)) };
  }

  #create(request: ApiRequest): Answer {
    if (request.name !== '') throw methodNotAllowed();
    if (request.kind.namespaced && request.namespace === '') throw unknownPath();
    if (!BODY_TYPES.includes(request.contentType)) throw unsupportedMediaType(['application/json', 'application/yaml']);
    const stored = this.#parts.writer.create(request, decodeObject(request, parseBody(request)));
    this.#parts.applier.noteWrite(request, undefined, stored.object);
    return this.#one(request, stored, 201);
  }

  #update(request: ApiRequest): Answer {
    if (request.name === '') throw methodNotAllowed();
    const written = this.#replace(request, parseBody(request));
    return this.#one(request, written.stored, written.created ? 201 : 200);
  }

  #patch(request: ApiRequest): Answer {
    if (request.name === '') throw methodNotAllowed();
    const patch = parseBody(request);
    if (isApply(request.contentType)) {
      const { stored, created } = this.#parts.applier.apply(request, patch);
      return this.#one(request, stored, created ? 201 : 200);
    }
    const before = this.#parts.store.shelf(request.kind).get(request.namespace, request.name);
    if (!before) throw notFound(resourceId(request));
    const patched = applyPatch(this.#seen(request, before), request.contentType, patch, request.kind.custom);
    return this.#one(request, this.#replace(request, patched).stored);
  }

  #replace(request: ApiRequest, body: Json): Written {
    const before = this.#parts.store.shelf(request.kind).get(request.namespace, request.name)?.object;
    const written = this.#parts.writer.update(request, decodeObject(request, body));
    this.#parts.applier.noteWrite(request, before, written.stored.object);
    return written;
  }

  /** A mutable copy of an object, as the version of the request shows it. */
  #seen(request: ApiRequest, stored: Stored): JsonObject {
    const shown: ApiObject = request.kind.storedAs === undefined ? stored.object : fromCoreEvent(stored.object);
    const copy: unknown = JSON.parse(JSON.stringify({ ...shown, apiVersion: undefined }));
    return isObject(copy) ? copy : {};
  }

  #delete(request: ApiRequest): Answer {
    const deleted = this.#parts.remover.delete(request);
    if (!deleted.gone || request.kind.returnsDeleted) return this.#one(request, deleted.stored);
    return { code: 200, body: JSON.stringify(deletedStatus(request.kind, deleted.stored)) };
  }

  #deleteCollection(request: ApiRequest): Answer {
    const { items } = this.#parts.lister.list(request);
    for (const { object } of items) {
      this.#parts.remover.delete({
        ...request,
        verb: 'delete',
        namespace: object.metadata.namespace ?? '',
        name: object.metadata.name,
      });
    }
    const metadata = {
      resourceVersion: String(this.#parts.store.version),
      continue: request.kind.custom ? '' : undefined,
    };
    return { code: 200, body: renderList(items, metadata, representation(request, this.#parts.now)) };
  }
}

export function send(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>> = {}): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.code, { 'content-type': 'application/json', 'content-length': body.length, ...headers });
  response.end(body);
}
