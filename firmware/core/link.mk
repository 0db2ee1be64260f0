# Sources of the link; compiled like CORE_SOURCES. See core.mk.

LINK_SOURCES = $(addprefix $(CORE)/,connection.c endpoint.c event.c frame.c link.c operation_actor.c \
  operation_connection.c operation_device.c request.c session.c wire.c)
