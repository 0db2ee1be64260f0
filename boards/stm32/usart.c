/* The link by a USART or LPUART of the newer kind: separate registers for receiving and sending, flags in ISR. */
#include "cortex_m.h"

#include "stm32.h"

#define CR1 REGISTER(STM32_USART + 0x00u)
#define BRR REGISTER(STM32_USART + 0x0Cu)
#define ISR REGISTER(STM32_USART + 0x1Cu)
#define ICR REGISTER(STM32_USART + 0x20u)
#define RDR REGISTER(STM32_USART + 0x24u)
#define TDR REGISTER(STM32_USART + 0x28u)

#define CR1_UE     (1u << 0)
#define CR1_RE     (1u << 2)
#define CR1_TE     (1u << 3)
#define CR1_RXNEIE (1u << 5)
#define CR1_TXEIE  (1u << 7)
#define ISR_RXNE   (1u << 5)
#define ISR_TXE    (1u << 7)
#define ICR_ERRORS 0xFu /* parity, framing, noise, overrun: while an overrun stands, it interrupts for ever */

void stm32_usart_start(uint32_t divider) {
    BRR = divider;
    CR1 = CR1_UE | CR1_TE | CR1_RE | CR1_RXNEIE;
    NVIC_EnableIRQ(STM32_USART_IRQ);
}

/* As long as the transmitter takes bytes; the rest goes by interrupt. */
void board_uart_kick(void) {
    while (!byte_ring_empty(&cortex_m_tx) && (ISR & ISR_TXE)) {
        TDR = byte_ring_take(&cortex_m_tx);
    }
    CR1 = byte_ring_empty(&cortex_m_tx) ? CR1 & ~CR1_TXEIE : CR1 | CR1_TXEIE;
}

void stm32_usart_handler(void) {
    while ((ISR & ISR_RXNE) && !byte_ring_full(&cortex_m_rx)) {
        byte_ring_put(&cortex_m_rx, (uint8_t)RDR);
    }
    ICR = ICR_ERRORS;
    if (byte_ring_full(&cortex_m_rx)) {
        CR1 &= ~CR1_RXNEIE;
    }
    board_uart_kick();
}

void board_uart_listen(void) {
    __disable_irq();
    CR1 |= CR1_RXNEIE;
    __enable_irq();
}
