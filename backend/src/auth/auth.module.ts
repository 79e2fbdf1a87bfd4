import { Module } from '@nestjs/common'
import { AuthController } from './auth.controller.js'
import { AuthRepository } from './auth.repository.js'
import { AuthService } from './auth.service.js'
import { Instance } from './instance.js'
import { SessionsService } from './sessions.service.js'

@Module({
  controllers: [AuthController],
  providers: [AuthService, AuthRepository, SessionsService, Instance],
  exports: [AuthService, Instance],
})
export class AuthModule {}
