// Serves the OpenAPI document at `/api/docs-json` and a page for it at `/api/docs`.
import type { INestApplication } from '@nestjs/common'
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import { openApiDocument } from './document.js'

export function serveDocs(app: INestApplication): void {
  // Nest's type knows OpenAPI 3.0 only; the document is served as it is.
  SwaggerModule.setup('api/docs', app, openApiDocument() as unknown as OpenAPIObject, {
    jsonDocumentUrl: 'api/docs-json',
  })
}
